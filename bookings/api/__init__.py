"""The JSON API, first version: each call is parsed, asks or acts once through the modules below, and is answered."""
