FROM scratch
COPY . /
COPY <<EOT /etc/fonts/local.conf
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
    <alias binding="same"><family>system-ui</family><prefer><family>Inter</family></prefer></alias>
    <alias binding="same"><family>sans-serif</family><prefer><family>Inter</family></prefer></alias>
    <alias binding="same"><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
EOT

ENV HOME=/tmp LANG=C.UTF-8
EXPOSE 9515
USER 10001:0
ENTRYPOINT ["chromedriver", "--port=9515", "--allowed-ips=", "--allowed-origins=*"]
