amount-hidden = Unavailable during the beta
