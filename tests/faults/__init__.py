"""What happens to the bot when the world around it fails: the process, the network, Discord."""
