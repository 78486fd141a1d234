#!/usr/bin/env bash
# renderer.sh STAMP: makes sure that invoices can be rendered: wkhtmltopdf, and fonts for ₹ and the scripts of India.
# Without the right to install them it says so and succeeds: everything but rendering works.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/privilege.sh

stamp=$1

# What the invoice's style sheet names: Latin and ₹, Devanagari, Tamil, Bengali, and whatever else a name brings.
# Roboto without hints: on paper they change nothing, and running them is a quarter of a page's cost.
fonts=(fonts-roboto-unhinted fonts-noto-core fonts-lohit-deva fonts-lohit-taml fonts-lohit-beng-bengali fonts-dejavu-core)

missing_packages() {
    command -v wkhtmltopdf >/dev/null || echo wkhtmltopdf
    local package
    for package in "${fonts[@]}"; do
        dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
    done
}

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -eq 0 ]; then
    touch "$stamp"
elif can_install && install "${missing[@]}"; then
    touch "$stamp"
else
    echo "Invoices will wait for their PDFs: ${missing[*]} could not be installed. Everything else works." >&2
    echo "As root: apt-get install ${missing[*]}" >&2
fi
