#!/bin/sh
# Starts the service, or runs whatever else is asked for. `entrypoint.sh --help` lists the commands.
set -eu
trap 'exit 0' TERM INT

# Files that this user id creates stay usable for the next one, as long as it is in the same group.
umask 002

case "${1-serve}" in
serve | migrate | healthcheck | check | add | list | sync | rotate-keys | -*)
    # The kernel drops a signal for which process 1 has no handler yet; a blocked one waits until
    # Python has installed its own.
    set -- python3 -m sdlc_lens "$@"
    if env --block-signal true 2>/dev/null; then # busybox has no such option
        set -- env --block-signal=TERM,INT "$@"
    fi
    exec "$@"
    ;;
*)
    exec "$@"
    ;;
esac
