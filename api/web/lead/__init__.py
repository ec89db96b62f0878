"""Pages of a team's lead: teams, their context, checks and invitations."""
