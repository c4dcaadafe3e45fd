import { fileURLToPath } from 'node:url'
import type { Configuration } from '../core/config/configuration.js'
import { checkKnownOptions, loadConfiguration } from '../core/config/global-configuration.js'
import { FlinkError } from '../core/errors/flink-error.js'
import { LocalFileSystem } from '../core/fs/local-file-system.js'
import { argumentError } from './parsed-values.js'

const SHIPPED_DIRECTORY = fileURLToPath(new URL('../../../conf', import.meta.url))

export interface CliConfiguration {
  readonly configuration: Configuration
  readonly warnings: readonly string[]
  readonly directory: string
}

/** The file of FLINK_CONF_DIR (or the shipped one) with the `-D` definitions over it. */
export async function loadCliConfiguration(definitions: readonly string[]): Promise<CliConfiguration> {
  const fileSystem = new LocalFileSystem()
  const named = process.env['FLINK_CONF_DIR']
  const directory = named === undefined || named === '' ? SHIPPED_DIRECTORY : named
  if ((await fileSystem.status(directory))?.isDirectory !== true) {
    throw new FlinkError('CONFIG_DIR_NOT_FOUND', { path: directory })
  }
  const { configuration, warnings } = await loadConfiguration(directory, fileSystem)
  for (const definition of definitions) {
    const equals = definition.indexOf('=')
    const key = equals === -1 ? definition : definition.slice(0, equals)
    if (key === '') throw argumentError(`-D${definition} names no option. Write -D<property>=<value>.`)
    const value = equals === -1 ? 'true' : definition.slice(equals + 1)
    const where = equals === -1 ? `-D${definition}, which gives no value` : `-D${definition}`
    configuration.setString(key, value, where)
  }
  checkKnownOptions(configuration)
  return { configuration, warnings, directory }
}
