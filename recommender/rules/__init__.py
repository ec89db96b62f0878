"""Rules: who may be shown what (require, exclude), what moves up or down (prefer, discourage), and why."""
