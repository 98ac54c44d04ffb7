"""Quality of the data ("dispersione"): where events and people are lost on their way to a number, what it costs, the mend."""
