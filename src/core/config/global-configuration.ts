import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'
import { ReasonError } from '../errors/reason-error.js'
import { messageOf } from '../errors/thrown-value.js'
import type { FileStatus, FileSystem } from '../fs/file-system.js'
import { ALL_OPTIONS } from './all-options.js'
import { Configuration } from './configuration.js'
import { parseFlatConfiguration, type ParsedEntry } from './flat-configuration-parser.js'
import { parseYamlConfiguration } from './yaml-configuration-parser.js'

const FLAT_FILE = 'flink-conf.yaml'
const YAML_FILE = 'config.yaml'
const LARGEST_FILE_BYTES = 256 * 1024

export interface LoadedConfiguration {
  readonly configuration: Configuration
  readonly warnings: readonly string[]
  readonly file: string
}

/**
 * Reads `flink-conf.yaml` if it is there, else `config.yaml`. Every option that flink-ts knows is checked at once, so
 * that a wrong value is told with its file and line; unknown keys are kept.
 */
export async function loadConfiguration(directory: string, fileSystem: FileSystem): Promise<LoadedConfiguration> {
  const flat = path.join(directory, FLAT_FILE)
  const isFlat = (await fileSystem.status(flat)) !== undefined
  const file = isFlat ? flat : path.join(directory, YAML_FILE)
  const text = await read(file, fileSystem)
  const parsed = isFlat ? parseFlatConfiguration(text) : await parseYamlConfiguration(text, file)
  const configuration = new Configuration()
  for (const { key, value, line } of parsed.entries) configuration.setString(key, value, `${file}:${String(line)}`)
  checkKnownOptions(configuration)
  const warnings = [
    ...parsed.warnings,
    ...repeatedKeys(parsed.entries),
    ...(isFlat ? quotedValues(parsed.entries) : []),
    ...relativePaths(parsed.entries),
  ]
  return { configuration, warnings: warnings.map((warning) => `${file}: ${warning}`), file }
}

/** In YAML the same key twice in a mapping is refused; it may still come nested and with dots. As in Flink the last one wins. */
function repeatedKeys(entries: readonly ParsedEntry[]): string[] {
  const lines = new Map<string, number>()
  return entries.flatMap(({ key, line }) => {
    const earlier = lines.get(key)
    lines.set(key, line)
    return earlier === undefined
      ? []
      : [`line ${String(line)}: ${key} was set in line ${String(earlier)}; this one wins`]
  })
}

/** Flink's flat format takes no quotes away, where YAML does; lists and maps have a use for them. */
function quotedValues(entries: readonly ParsedEntry[]): string[] {
  const types = typesByKey()
  const quoted = entries.filter(({ key, value }) => {
    const type = types.get(key)
    return type !== undefined && type !== 'list' && type !== 'map' && /^(['"]).*\1$/.test(value)
  })
  return quoted.map(({ key, line }) => `line ${String(line)}: the quotes are part of the value of ${key}`)
}

/** A file speaks to commands that are started anywhere: the next run would look for its checkpoints in another place. */
function relativePaths(entries: readonly ParsedEntry[]): string[] {
  const types = typesByKey()
  const relative = entries.filter(
    ({ key, value }) =>
      types.get(key) === 'path' && !path.isAbsolute(value) && !/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(value),
  )
  return relative.map(
    ({ key, value, line }) =>
      `line ${String(line)}: ${key} is '${value}' in whichever directory a command is started. Write the path in full`,
  )
}

function typesByKey(): ReadonlyMap<string, string> {
  return new Map(
    ALL_OPTIONS.flatMap(({ key, fallbackKeys, deprecatedKeys, type }) =>
      [key, ...fallbackKeys, ...deprecatedKeys].map((name) => [name, type]),
    ),
  )
}

/** Parses every known option that is set; the first wrong one is thrown as CONFIG_VALUE_INVALID. */
export function checkKnownOptions(configuration: Configuration): void {
  for (const option of ALL_OPTIONS) configuration.getOptional(option)
}

async function read(file: string, fileSystem: FileSystem): Promise<string> {
  try {
    const status = await fileSystem.status(file)
    const problem = status === undefined ? undefined : problemOf(status)
    if (problem !== undefined) throw new ReasonError(problem)
    return new TextDecoder().decode(await fileSystem.readFile(file))
  } catch (error) {
    const reason = messageOf(error)
    throw new FlinkError('CONFIG_FILE_UNREADABLE', { path: file, reason }, { cause: error })
  }
}

/** A file without end would be read for ever, and one of many MB costs the YAML package minutes. */
function problemOf({ isDirectory, isPlainFile, sizeBytes }: FileStatus): string | undefined {
  if (isDirectory) return 'it is a directory'
  if (!isPlainFile) return 'it is no plain file'
  if (sizeBytes <= LARGEST_FILE_BYTES) return undefined
  return `it has ${String(sizeBytes)} bytes, and at most ${String(LARGEST_FILE_BYTES)} are read`
}
