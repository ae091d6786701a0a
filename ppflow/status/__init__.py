"""The status page behind the emailed link: what the applicant sees and may do."""
