#!/usr/bin/env bash
# What the action does (action.yml): scores, and says it in the summary of the step. All that it is
# told comes by the environment, is never run as code, and never taken for an option of its own.
set -euo pipefail

PATH="${RUNNER_TEMP:-}/spanf1/bin:$PATH"
results="${RUNNER_TEMP:-.}/spanf1.json"
said="${RUNNER_TEMP:-.}/spanf1.txt"

# Words, parted by white space; no pattern of files is filled in.
read -r -d '' -a options <<< "${INPUT_OPTIONS:-}" || true
read -r -d '' -a diff_options <<< "${INPUT_DIFF_OPTIONS:-}" || true
read -r -d '' -a validate_options <<< "${INPUT_VALIDATE_OPTIONS:-}" || true
files=("${INPUT_GOLD:?gold names no file}")
merged=(--merged)
if [ -n "${INPUT_PREDICTED:-}" ]; then
    files+=("$INPUT_PREDICTED")
    merged=()
fi

token=$(od -A n -N 16 -t x1 /dev/urandom | tr -d ' \n')
summary() { printf '%s\n' "$@" >> "$GITHUB_STEP_SUMMARY"; }

# Runs spanf1: 1 is a finding, for which the code is kept; anything worse ends all. What it found, or
# what is wrong, is an annotation, too.
failed=0
run() {
    local code=0 line
    spanf1 "$@" 2> "$said" || code=$?
    # What is said may quote files, which are to command the runner nothing.
    { printf '::stop-commands::%s\n' "$token"; cat "$said"; printf '::%s::\n' "$token"; } >&2
    if [ "$code" -ne 0 ]; then
        while IFS= read -r line; do
            case "$line" in
                error:* | fail:*) printf '::error title=spanf1::%s\n' "${line//%/%25}" ;;
            esac
        done < "$said"
    fi
    if [ "$code" -gt 1 ]; then exit "$code"; fi
    if [ "$code" -eq 1 ]; then failed=1; fi
}

limits=()
if [ -n "${INPUT_FAIL_UNDER:-}" ]; then limits=(--fail-under "$INPUT_FAIL_UNDER"); fi

# An array without elements is an error in the bash of macOS; hence the plus signs.
run score ${options[@]+"${options[@]}"} ${limits[@]+"${limits[@]}"} --format json \
    --output "$results" -- "${files[@]}"
signature=$(python3 -c 'import json, sys
print(json.load(open(sys.argv[1], encoding="utf-8"))["signature"])' "$results")
summary '### Scores' '' "$(spanf1 rescore "$results" --quiet --format markdown)" '' \
    "Signature: \`$signature\`" ''
{
    printf 'f1=%s\n' "$(spanf1 rescore "$results" --quiet --format number)"
    printf 'signature=%s\n' "$signature"
    printf 'results=%s\n' "$results"
} >> "$GITHUB_OUTPUT"

if [ "${INPUT_VALIDATE:-true}" = true ]; then
    before=$failed
    run validate ${validate_options[@]+"${validate_options[@]}"} --format github -- "${files[@]}"
    if [ "${INPUT_FAIL_ILL_FORMED:-false}" != true ]; then failed=$before; fi
fi

if [ -n "${INPUT_BASELINE:-}" ]; then
    gold=(${INPUT_PREDICTED:+"${files[0]}"})
    run diff ${merged[@]+"${merged[@]}"} ${diff_options[@]+"${diff_options[@]}"} --fail-if-worse \
        --limit 0 --format markdown --output "$said.md" -- ${gold[@]+"${gold[@]}"} \
        "before=$INPUT_BASELINE" "now=${files[${#files[@]} - 1]}"
    summary '### Against the baseline' '' "$(< "$said.md")" ''
fi
exit "$failed"
