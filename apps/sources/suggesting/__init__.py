"""Where the information of a captured page seems to come from: credit lines, shared text, stated origins."""
