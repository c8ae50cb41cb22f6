"""What has to be done, question by question: one list, from the same questions by which a month is closed."""
