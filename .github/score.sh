#!/usr/bin/env bash
# What the action does (action.yml): scores, and says it in the summary of the step. All that it is
# told comes by the environment, is never run as code, and never taken for an option of its own.
set -euo pipefail

PATH="${RUNNER_TEMP:-}/spanf1/bin:$PATH"
# Of its own: an earlier step of the same job may have results, too.
folder=$(mktemp -d "${RUNNER_TEMP:-.}/spanf1-XXXXXX")
results="$folder/results.json"
said="$folder/said.txt"

refuse() {
    printf '::error title=spanf1::error: %s\n' "$1"
    exit 2
}
if [ -z "${INPUT_GOLD:-}" ]; then refuse 'gold names no file'; fi
for choice in validate:"${INPUT_VALIDATE:=true}" fail-ill-formed:"${INPUT_FAIL_ILL_FORMED:=false}"; do
    case "${choice#*:}" in
        true | false) ;;
        *) refuse "${choice%%:*} is to be true or false" ;;
    esac
done

# Words, parted by white space; no pattern of files is filled in.
read -r -d '' -a options <<< "${INPUT_OPTIONS:-}" || true
read -r -d '' -a diff_options <<< "${INPUT_DIFF_OPTIONS:-}" || true
read -r -d '' -a validate_options <<< "${INPUT_VALIDATE_OPTIONS:-}" || true
files=("$INPUT_GOLD")
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
    # What is said may quote files, which are to command the runner nothing. All goes to standard
    # output, as runners do not keep the order of lines of two streams.
    printf '::stop-commands::%s\n' "$token"
    cat "$said"
    printf '::%s::\n' "$token"
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
# Of results alone, intervals are not made again.
shown=(rescore)
scored=("$results")
if [[ " ${INPUT_OPTIONS:-}" == *' --confidence'* && "$INPUT_OPTIONS" != *--keep-* ]]; then
    shown=(score "${options[@]}")
    scored=("${files[@]}")
fi
run "${shown[@]}" --quiet --format markdown --output "$folder/scores.md" -- "${scored[@]}"
# Isolated (-I): a json.py of the folder is not to be imported.
signature=$(python3 -I -c 'import json, sys
print(json.load(open(sys.argv[1], encoding="utf-8"))["signature"])' "$results")
f1=$(spanf1 rescore "$results" --quiet --format number 2> /dev/null)
# Names of types may have backticks, which would end code that begins with as many.
ticks='`'
while [[ "$signature" == *"$ticks"* ]]; do ticks+='`'; done
summary '### Scores' '' "$(< "$folder/scores.md")" '' "Signature: $ticks$signature$ticks" ''
{
    printf 'f1=%s\n' "$f1"
    printf 'signature=%s\n' "$signature"
    printf 'results=%s\n' "$results"
} >> "$GITHUB_OUTPUT"

if [ "$INPUT_VALIDATE" = true ]; then
    before=$failed
    run validate ${validate_options[@]+"${validate_options[@]}"} --format github -- "${files[@]}"
    if [ "$INPUT_FAIL_ILL_FORMED" != true ]; then failed=$before; fi
fi

if [ -n "${INPUT_BASELINE:-}" ]; then
    gold=(${INPUT_PREDICTED:+"${files[0]}"})
    run diff ${merged[@]+"${merged[@]}"} ${diff_options[@]+"${diff_options[@]}"} --fail-if-worse \
        --limit 0 --format markdown --output "$folder/diff.md" -- ${gold[@]+"${gold[@]}"} \
        "before=$INPUT_BASELINE" "now=${files[${#files[@]} - 1]}"
    summary '### Against the baseline' '' "$(< "$folder/diff.md")" ''
fi
exit "$failed"
