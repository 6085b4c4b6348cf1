"""How STEP uses Kedro: its configuration, catalog and session."""
