import path from 'node:path'
import { FlinkError } from '../errors/flink-error.js'
import type { FileSystem } from '../fs/file-system.js'
import { ALL_OPTIONS } from './all-options.js'
import { Configuration } from './configuration.js'
import { parseFlatConfiguration } from './flat-configuration-parser.js'
import { parseYamlConfiguration } from './yaml-configuration-parser.js'

const FLAT_FILE = 'flink-conf.yaml'
const YAML_FILE = 'config.yaml'

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
  const name = path.basename(file)
  const parsed = isFlat ? parseFlatConfiguration(text) : await parseYamlConfiguration(text, file)
  const configuration = new Configuration()
  for (const { key, value, line } of parsed.entries) configuration.setString(key, value, `${file}:${String(line)}`)
  checkKnownOptions(configuration)
  return { configuration, warnings: parsed.warnings.map((warning) => `${name}: ${warning}`), file }
}

/** Parses every known option that is set; the first wrong one is thrown as CONFIG_VALUE_INVALID. */
export function checkKnownOptions(configuration: Configuration): void {
  for (const option of ALL_OPTIONS) configuration.getOptional(option)
}

async function read(file: string, fileSystem: FileSystem): Promise<string> {
  try {
    return new TextDecoder().decode(await fileSystem.readFile(file))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new FlinkError('CONFIG_FILE_UNREADABLE', { path: file, reason }, { cause: error })
  }
}
