import type { CompletedAction, CompletedOption, Suggested } from './completion-table.js'

/** A script for fish: `flink-ts completion fish | source`, or a file in ~/.config/fish/completions. */
export function fishCompletion(actions: readonly CompletedAction[]): string {
  const first = actions.filter(({ name }) => !name.includes(' '))
  const names = first.map(({ name }) => name).join(' ')
  return `# fish completion of flink-ts. To load it: flink-ts completion fish | source
function __flink_ts_jobs
    flink-ts completion --jobs 2>/dev/null
end

# Whether the words before the cursor are of this action: one word, or two.
function __flink_ts_is
    set -l words (commandline -opc)
    set -e words[1]
    if test (count $argv) -eq 2
        test "$words[1] $words[2]" = "$argv[1] $argv[2]"
    else
        test "$words[1]" = "$argv[1]"
        and not contains -- "$words[1] $words[2]" ${actions
          .filter(({ name }) => name.includes(' '))
          .map(({ name }) => quoted(name))
          .join(' ')}
    end
end

complete -c flink-ts -f
complete -c flink-ts -n "not __fish_seen_subcommand_from ${names}" -s h -l help -d 'Show the help.'
complete -c flink-ts -n "not __fish_seen_subcommand_from ${names}" -s v -l version -d 'Show the version.'
${first.map(({ name, sentence }) => `complete -c flink-ts -n "not __fish_seen_subcommand_from ${names}" -a ${name} -d ${quoted(sentence)}`).join('\n')}
${actions.flatMap(linesOf).join('\n')}
`
}

function linesOf({ name, options, operands, subActions }: CompletedAction): string[] {
  const when = `complete -c flink-ts -n "__flink_ts_is ${name}"`
  return [
    ...options.map((option) => `${when}${flagsOf(option)}${valueOf(option.value)} -d ${quoted(option.description)}`),
    ...(subActions.length === 0 ? [] : [`${when} -a ${quoted(subActions.join(' '))}`]),
    ...argumentsOf(operands).map((argument) => `${when} ${argument}`),
  ]
}

/** Of several letters after one dash it says old style. */
function flagsOf({ short, long }: CompletedOption): string {
  const dashed = short === undefined ? '' : short.length === 1 ? ` -s ${short}` : ` -o ${short}`
  return dashed + (long === undefined ? '' : ` -l ${long}`)
}

function valueOf(value: Suggested | undefined): string {
  if (value === undefined) return ''
  return [' -x', ...argumentsOf(value)].join(' ').replace(' -x -F', ' -r -F')
}

function argumentsOf({ jobs, files, words }: Suggested): string[] {
  return [
    ...(files ? ['-F'] : []),
    ...(words.length === 0 ? [] : [`-a ${quoted(words.join(' '))}`]),
    ...(jobs ? ["-a '(__flink_ts_jobs)'"] : []),
  ]
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`
}
