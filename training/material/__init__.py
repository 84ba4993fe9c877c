"""The teaching material that ships: chosen from public sets by rule, cut, re-encoded, credited."""
