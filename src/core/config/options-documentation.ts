import type { ConfigOption } from './config-option.js'
import { OPTION_GROUPS } from './all-options.js'
import { OPTIONS_WITHOUT_EFFECT } from './options-without-effect.js'
import { formatConfigValue, limitText } from './value-parsers.js'

const HEAD = `# Configuration

\`conf/flink-conf.yaml\` (flat \`key: value\` lines) or, where it is absent, \`config.yaml\` (nested YAML). The directory is named
by \`FLINK_CONF_DIR\`; without it, the one of the package is used. \`-D key=value\` on the command line wins over the file,
settings in the program win over both. Durations are written \`10 s\`, sizes \`64 mb\`. A \`path\` is a path or a URI, written in
full; in a \`home-path\` a leading \`~/\` is the home directory. \`directories\` are local paths or \`file:\` URIs, separated by commas, bars
or colons (on Windows semicolons). Quotes in \`flink-conf.yaml\` are part of the value, as in Flink:
around a path they are refused, around other values told. Options without effect are accepted because Flink has them; a run
warns once of each that is set. A key that no option has is accepted too; one that is nearly the key of an option is warned of
with that, and so are a key that comes twice (the last one wins; twice in one mapping of \`config.yaml\` is an error) and an old
name beside the newer one, which wins wherever it stands.

\`npm run pages\` writes this page from the options in \`src/core/config\`; a test fails when it is out of date.
`

/** The text of conf/README.md. */
export function renderOptionsDocumentation(): string {
  const groups = OPTION_GROUPS.map(({ title, options }) => {
    const rows = Object.values(options).map(row).join('\n')
    return `\n## ${title}\n\n| key | type | default | meaning |\n|---|---|---|---|\n${rows}\n`
  })
  return HEAD + groups.join('')
}

function row(option: ConfigOption<unknown>): string {
  const old = [...option.fallbackKeys, ...option.deprecatedKeys].map((key) => `\`${key}\``).join(', ')
  const names = old === '' ? '' : ` Old names: ${old}.`
  const words = option.enumValues.map((value) => `\`${value}\``).join(', ')
  const values = words === '' ? '' : ` One of ${words}.`
  const meaning = `${effectOf(option)}${option.description}${range(option)}${values}${names}`
  return `| \`${option.key}\` | ${option.type} | ${defaultOf(option)} | ${meaning} |`
}

function effectOf(option: ConfigOption<unknown>): string {
  const row = OPTIONS_WITHOUT_EFFECT.find((candidate) => candidate.option.key === option.key)
  return row === undefined ? '' : `Without effect. ${row.reason} In Flink: `
}

function range(option: ConfigOption<unknown>): string {
  const { minimum, maximum } = option
  const [least, most] = [limitText(option, minimum), limitText(option, maximum)]
  if (Number.isFinite(minimum) && Number.isFinite(maximum)) return ` From ${least} to ${most}.`
  if (Number.isFinite(minimum)) return ` At least ${least}.`
  return Number.isFinite(maximum) ? ` At most ${most}.` : ''
}

function unitOf({ type }: ConfigOption<unknown>): string {
  return type === 'duration' ? ' ms' : type === 'memory' ? ' bytes' : ''
}

function defaultOf(option: ConfigOption<unknown>): string {
  const { defaultValue, type } = option
  if (defaultValue === undefined) return 'unset'
  if (type === 'map') return 'empty'
  return `\`${formatConfigValue(defaultValue)}${unitOf(option)}\``
}
