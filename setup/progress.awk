# Turns pip's report into one line that moves.
/^Collecting / { printf "\r\033[K  %d of %d  %s", ++seen, count, $2; fflush(); next }
/^Requirement already satisfied/ { seen++; next }
/^Installing collected/ { printf "\r\033[K  unpacking %d packages", count; fflush(); next }
/^Successfully installed/ { printf "\r\033[K"; fflush(); next }
