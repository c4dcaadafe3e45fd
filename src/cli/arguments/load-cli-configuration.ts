import { fileURLToPath } from 'node:url'
import type { Configuration } from '../../core/config/configuration.js'
import { checkKnownOptions, loadConfiguration } from '../../core/config/global-configuration.js'
import { warningsOfKeys } from '../../core/config/key-warnings.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { LocalFileSystem } from '../../core/fs/local-file-system.js'
import { argumentError } from './parsed-values.js'

const SHIPPED_DIRECTORY = fileURLToPath(new URL('../../../../conf', import.meta.url))

export interface CliConfiguration {
  readonly configuration: Configuration
  readonly warnings: readonly string[]
  readonly directory: string
}

/** What the command line sets, and the option that set it. */
export interface Setting {
  readonly key: string
  readonly value: string
  readonly where: string
}

/** The file of FLINK_CONF_DIR (or the shipped one) with the settings of the command line over it; the last one wins. */
export async function loadCliConfiguration(settings: readonly Setting[]): Promise<CliConfiguration> {
  const fileSystem = new LocalFileSystem()
  const named = process.env['FLINK_CONF_DIR']
  const directory = named === undefined || named === '' ? SHIPPED_DIRECTORY : named
  if ((await fileSystem.status(directory))?.isDirectory !== true) {
    throw new FlinkError('CONFIG_DIR_NOT_FOUND', { path: directory })
  }
  const { configuration, warnings } = await loadConfiguration(directory, fileSystem)
  for (const { key, value, where } of settings) configuration.setString(key, value, where)
  checkKnownOptions(configuration)
  return { configuration, warnings: [...warnings, ...warningsOfKeys(configuration)], directory }
}

/** What a `-D` sets. */
export function settingOf(definition: string): Setting {
  const equals = definition.indexOf('=')
  const key = equals === -1 ? definition : definition.slice(0, equals)
  if (key === '') throw argumentError(`-D${definition} names no option. Write -D<property>=<value>.`)
  if (equals === -1) return { key, value: 'true', where: `-D${definition}, which gives no value` }
  return { key, value: definition.slice(equals + 1), where: `-D${definition}` }
}
