"""What happens in the back office: each family of verbs registers its own."""
