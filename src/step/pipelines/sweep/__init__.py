"""Many runs, compared: studies and settings in one table."""
