import type { CompletedAction, CompletedOption, Suggested } from './completion-table.js'

/** A script for zsh: `source <(flink-ts completion zsh)`, after compinit; or a file `_flink-ts` in $fpath. */
export function zshCompletion(actions: readonly CompletedAction[]): string {
  const first = actions.filter(({ name }) => !name.includes(' '))
  return `#compdef flink-ts
# zsh completion of flink-ts. To load it: source <(flink-ts completion zsh)
_flink_ts_jobs() {
  local -a jobs
  local line
  for line in "\${(@f)$(flink-ts completion --jobs 2>/dev/null)}"; do
    [[ -n "$line" ]] && jobs+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe 'job' jobs
}

_flink_ts_action() {
  local -a actions
  actions=(
${first.map(({ name, sentence }) => `    ${quoted(`${name}:${sentence}`)}`).join('\n')}
  )
  _describe 'action' actions
}

_flink_ts() {
  local action="\${words[2]}" skipped=1
  if (( CURRENT == 2 )); then
    _flink_ts_action
    return
  fi
  if (( CURRENT > 3 )); then
    case "$action \${words[3]}" in
    ${actions
      .filter(({ name }) => name.includes(' '))
      .map(({ name }) => quoted(name))
      .join(' | ')}) action="$action \${words[3]}"; skipped=2 ;;
    esac
  fi
  shift $skipped words
  (( CURRENT -= skipped ))
  case "$action" in
${actions.map(actionCase).join('\n')}
  esac
}

if [[ "\${funcstack[1]}" == _flink-ts ]]; then
  _flink_ts "$@"
else
  compdef _flink_ts flink-ts
fi
`
}

function actionCase({ name, options, operands, stopAtOperand, subActions }: CompletedAction): string {
  const specs = options.flatMap(specsOf)
  const place = `*:operand:${callOf({ ...operands, words: [...operands.words, ...subActions] })}`
  // After a program all words are its own.
  const places = stopAtOperand
    ? [`1:operand:${callOf({ ...operands, words: subActions })}`, '*::arguments:_files']
    : [place]
  return `  ${quoted(name)})
    _arguments -S \\
${[...specs, ...places].map((spec) => `      ${quoted(spec)}`).join(' \\\n')}
    ;;`
}

function specsOf({ flags, description, value }: CompletedOption): string[] {
  const about = description.replaceAll(/[[\]:]/g, String.raw`\$&`)
  const suffix = value === undefined ? '' : `:value:${callOf(value)}`
  return flags.map((flag) => `${flag}[${about}]${suffix}`)
}

function callOf({ jobs, files, words }: Suggested): string {
  const calls = [...(jobs ? ['_flink_ts_jobs'] : []), ...(files ? ['_files'] : [])]
  if (words.length > 0 && calls.length === 0) return `(${words.join(' ')})`
  const offered = words.length === 0 ? calls : [...calls, `compadd ${words.join(' ')}`]
  return offered.length === 0 ? ' ' : offered.length === 1 ? (offered[0] ?? ' ') : `{ ${offered.join('; ')} }`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
