"""The files of GraphiQL, from npm (`package.json`) to where the gateway serves them from."""
