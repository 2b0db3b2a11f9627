"""What pages share on screen: menu, frame, figures, tables, reader, jobs."""
