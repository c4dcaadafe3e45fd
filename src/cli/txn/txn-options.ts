import { readFile } from 'node:fs/promises'
import { parseProperties } from '../../core/io/properties-format.js'
import { SystemClock } from '../../core/time/system-clock.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import type { TransactionAdmin } from '../../connectors/kafka/sink/transaction-admin.js'
import { absoluteTarget } from '../arguments/absolute-target.js'
import type { CliContext } from '../arguments/cli-context.js'
import type { CliOption } from '../arguments/cli-option.js'
import { argumentError, valueOf, type ParsedOptions } from '../arguments/parsed-values.js'

/** As Kafka's own tools have them. */
export const BOOTSTRAP_OPTION: CliOption = {
  long: 'bootstrap-server',
  value: 'required',
  valueName: 'host:port',
  description: 'A broker of the cluster; several separated by commas.',
}
export const COMMAND_CONFIG_OPTION: CliOption = {
  long: 'command-config',
  value: 'required',
  valueName: 'file',
  description: 'Properties of the client, such as security.protocol and sasl.jaas.config, a line each.',
}
export const PREFIX_OPTION: CliOption = {
  long: 'prefix',
  value: 'required',
  valueName: 'prefix',
  description: 'Only transactions of sinks with this transactional id prefix.',
}
export const SNAPSHOT_OPTION: CliOption = {
  long: 'snapshot',
  value: 'required',
  valueName: 'path',
  description: 'A savepoint, a checkpoint, or a job, for its newest checkpoint: the transactions that belong to it.',
}

const TIME_LIMIT = 'default.api.timeout.ms'

/** CLI_ARGUMENT_INVALID where no cluster is named. */
export function checkCluster(parsed: ParsedOptions): void {
  if (valueOf(parsed, 'bootstrapServer') === undefined && valueOf(parsed, 'commandConfig') === undefined) {
    throw argumentError('Missing broker. Name one with --bootstrap-server <host:port>.')
  }
}

/** With the transactions of the cluster that is named. */
export async function withTransactions<T>(
  parsed: ParsedOptions,
  context: CliContext,
  work: (admin: TransactionAdmin) => Promise<T>,
): Promise<T> {
  const servers = valueOf(parsed, 'bootstrapServer')
  const file = valueOf(parsed, 'commandConfig')
  const { Properties } = await import('../../connectors/kafka/properties/properties.js')
  const properties = new Properties()
  if (file !== undefined)
    for (const [key, value] of await propertiesIn(file, context)) properties.setProperty(key, value)
  if (servers !== undefined) properties.setProperty('bootstrap.servers', servers)
  // Somebody waits for it.
  if (!properties.containsKey(TIME_LIMIT)) properties.setProperty(TIME_LIMIT, '15000')
  const { TransactionAdmin: Admin } = await import('../../connectors/kafka/sink/transaction-admin.js')
  const admin = await Admin.open(properties, new SystemClock())
  try {
    return await work(admin)
  } finally {
    await admin.close()
  }
}

async function propertiesIn(file: string, context: CliContext): Promise<readonly (readonly [string, string])[]> {
  const path = absoluteTarget(file, 'file of properties', context.workingDirectory)
  try {
    return [...parseProperties(await readFile(path, 'utf8'))]
  } catch (cause) {
    throw new FlinkError('ACTION_FAILED', { text: `Could not read '${file}': ${messageOf(cause)}` }, { cause })
  }
}
