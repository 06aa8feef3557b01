"""Call records from Microsoft Graph: asked for again and again, because they come late, and charged once."""
