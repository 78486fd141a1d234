amount-hidden = बीटा के दौरान उपलब्ध नहीं
