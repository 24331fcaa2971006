"""Reads pickle and joblib files without trusting them: an allow-list by role, policy on every opcode, checked state."""
