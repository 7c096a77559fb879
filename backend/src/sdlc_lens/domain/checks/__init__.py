"""The health check of a workspace: rules, findings and the report on them."""
