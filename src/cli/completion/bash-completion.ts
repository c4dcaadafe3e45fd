import type { CompletedAction, Suggested } from './completion-table.js'

const NAME = '_flink_ts'

/** The words up to the cursor, as the user sees them. */
const SPLIT = `# The words up to the cursor. Bash also ends words at = and :, which are in the middle of values as key=value and file:///x.
${NAME}_split() {
  local at word open=""
  words=()
  for ((at = 0; at <= COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case "$word" in
    "" | *[!=:]*)
      # After "x= " the cursor is at a word of its own.
      if [ -n "$open" ] && [ -n "$word" ]; then words[last]+="$word"
      else words+=("$word"); fi
      open="" ;;
    *)
      if [ "$at" -gt 0 ]; then words[last]+="$word"; open=1; else words+=("$word"); fi ;;
    esac
    last=$((\${#words[@]} - 1))
  done
}`

/** A script for bash 3.2 and later: `source <(flink-ts completion bash)`. */
export function bashCompletion(actions: readonly CompletedAction[]): string {
  const first = actions.filter(({ name }) => !name.includes(' ')).map(({ name }) => name)
  return `# bash completion of flink-ts. To load it: source <(flink-ts completion bash)
${NAME}_words() {
  local IFS=$' \\t\\n'
  COMPREPLY+=($(compgen -W "$1" -- "$cur"))
}

${NAME}_files() {
  local file
  compopt -o filenames 2>/dev/null
  while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$cur")
}

${NAME}_jobs() {
  local IFS=$'\\n'
  COMPREPLY+=($(compgen -W "$("\${COMP_WORDS[0]}" completion --jobs 2>/dev/null | cut -f 1)" -- "$cur"))
}

# What may follow an option of an action; 1 where it takes no value.
${NAME}_value() {
  case "$1 $2" in
${actions.flatMap(valueCases).join('\n')}
  *) return 1 ;;
  esac
}

${SPLIT}

${NAME}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" index=2 operands=0 expected="" word action last=0
  local -a words
  COMPREPLY=()
  ${NAME}_split
  case "$cur" in *[!=:]*) ;; *) cur="" ;; esac
  action="\${words[1]-}"
  if [ "$last" -le 1 ]; then
    ${NAME}_words "${[...first, '-h', '--help', '-v', '--version'].join(' ')}"
    return
  fi
  if [ "$last" -gt 2 ]; then
    case "$action \${words[2]}" in
    ${caseOf(actions.filter(({ name }) => name.includes(' ')).map(({ name }) => name))}) action="$action \${words[2]}"; index=3 ;;
    esac
  fi
  while [ "$index" -lt "$last" ]; do
    word="\${words[index]}"
    index=$((index + 1))
    if [ -n "$expected" ]; then
      expected=""
    elif [ "\${word#-}" = "$word" ]; then
      operands=$((operands + 1))
    elif ${NAME}_value "$action" "$word" > /dev/null; then
      expected="$word"
    fi
  done
  # --type=native
  if [ -z "$expected" ] && [ "\${words[last]#-*=}" != "\${words[last]}" ]; then
    word="\${words[last]%%=*}"
    if ${NAME}_value "$action" "$word" > /dev/null; then expected="$word"; fi
  fi
  if [ -n "$expected" ]; then
    eval "$(${NAME}_value "$action" "$expected")"
    return
  fi
  case "$action" in
${actions.map(actionCase).join('\n')}
  esac
}

complete -F ${NAME} flink-ts
`
}

function valueCases({ name, options }: CompletedAction): string[] {
  return options.flatMap(({ flags, value }) => {
    if (value === undefined) return []
    return [`  ${caseOf(flags.map((flag) => `${name} ${flag}`))}) echo ${quoted(callsOf(value).join('; '))} ;;`]
  })
}

function actionCase({ name, options, operands, stopAtOperand, subActions }: CompletedAction): string {
  const flags = options.flatMap((option) => option.flags).join(' ')
  const offered = [
    ...(subActions.length === 0 ? [] : [`${NAME}_words ${quoted(subActions.join(' '))}`]),
    ...callsOf(operands),
  ]
  const isOver = stopAtOperand ? '"$operands" -gt 0' : '1 -eq 0'
  return `  ${caseOf([name])})
    if [ ${isOver} ]; then ${NAME}_files
    elif [ "\${cur#-}" != "$cur" ]; then ${NAME}_words ${quoted(flags)}
    else ${offered.length === 0 ? ':' : offered.join('; ')}
    fi
    ;;`
}

function callsOf({ jobs, files, words }: Suggested): string[] {
  return [
    ...(words.length === 0 ? [] : [`${NAME}_words "${words.join(' ')}"`]),
    ...(jobs ? [`${NAME}_jobs`] : []),
    ...(files ? [`${NAME}_files`] : []),
  ]
}

function caseOf(words: readonly string[]): string {
  return words.map(quoted).join(' | ')
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
