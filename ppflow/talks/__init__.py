"""Conversations: times proposed and chosen, the calendar file, the reminder the day before."""
