"""One file a platform; only `app` knows which exist. What a channel must be is `bot.message.Channel`."""
