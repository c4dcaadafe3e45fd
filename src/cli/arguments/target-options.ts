import { hostname, networkInterfaces } from 'node:os'
import type { Configuration } from '../../core/config/configuration.js'
import { DeploymentOptions } from '../../core/config/deployment-options.js'
import { RestOptions } from '../../core/config/rest-options.js'
import { SecurityOptions } from '../../core/config/security-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliOption } from './cli-option.js'
import { settingOf, type Setting } from './load-cli-configuration.js'
import { has, valueOf, valuesOf, type ParsedOptions } from './parsed-values.js'

const HIGHEST_PORT = 65_535

/** `-yD k=v` */
const YARN_DEFINITION = 'yD'

/** The value of `-m` that means a cluster on YARN and no machine. */
const YARN_CLUSTER = 'yarn-cluster'

const NO_YARN = 'there is no YARN here: jobs run on this machine and are found on it'

/** What Flink knows with Hadoop beside it. They say which cluster on YARN, and how much of it: here all jobs are in one place. */
const YARN_OPTIONS: readonly CliOption[] = [
  yarn('yid', 'yarnapplicationId', 'required'),
  yarn('yjm', 'yarnjobManagerMemory', 'required'),
  yarn('ytm', 'yarntaskManagerMemory', 'required'),
  yarn('ys', 'yarnslots', 'required'),
  yarn('yqu', 'yarnqueue', 'required'),
  yarn('yq', 'yarnquery', 'none'),
  yarn('yt', 'yarnship', 'required'),
  yarn('yj', 'yarnjar', 'required'),
  yarn('ynm', 'yarnname', 'required'),
  yarn('yat', 'yarnapplicationType', 'required'),
  yarn('yz', 'yarnzookeeperNamespace', 'required'),
  yarn('ynl', 'yarnnodeLabel', 'required'),
  yarn('yh', 'yarnhelp', 'none'),
  { short: YARN_DEFINITION, value: 'key-value', description: 'Read as -D.', hidden: true },
]

function yarn(short: string, long: string, value: 'none' | 'required'): CliOption {
  return { short, long, value, description: 'Accepted for scripts.', hidden: true, withoutEffect: NO_YARN }
}

/** Options by which Flink's commands find a cluster. */
export const TARGET_OPTIONS: readonly CliOption[] = [
  {
    short: 'm',
    long: 'jobmanager',
    value: 'required',
    valueName: 'host:port',
    description: 'Address of the session that is meant, e.g. localhost:8081; wins over rest.address and rest.port.',
  },
  {
    short: 't',
    long: 'target',
    value: 'required',
    description: 'Where jobs run: local (in processes of this machine) or remote (in the session at rest.address).',
  },
  { short: 'e', long: 'executor', value: 'required', description: 'Old name of target.', hidden: true },
  {
    short: 'z',
    long: 'zookeeperNamespace',
    value: 'required',
    description: 'Accepted for scripts.',
    hidden: true,
    withoutEffect: 'jobs are found without ZooKeeper',
  },
  ...YARN_OPTIONS,
]

/** What `-m`, `-t`, `-e` and `-yD` set, as in Flink: `-D` wins over them, and they win over the file. */
export function targetSettings(parsed: ParsedOptions): Setting[] {
  const settings: Setting[] = valuesOf(parsed, YARN_DEFINITION).map((definition) => {
    return { ...settingOf(definition), where: `-yD${definition}` }
  })
  const executor = valueOf(parsed, 'target') ?? valueOf(parsed, 'executor')
  if (executor !== undefined) {
    const flag = has(parsed, 'target') ? '-t' : '-e'
    settings.push({ key: DeploymentOptions.TARGET.key, value: executor, where: `${flag} ${executor}` })
  }
  const jobManager = valueOf(parsed, 'jobmanager')
  if (jobManager === YARN_CLUSTER) throw unsupported(YARN_CLUSTER, '-m')
  if (jobManager !== undefined) {
    if (!hasPort(jobManager)) throw new FlinkError('JOB_MANAGER_ADDRESS_INVALID', { address: jobManager })
    settings.push(...placeOf(jobManager, `-m ${jobManager}`))
  }
  return settings
}

/** A URL says whether TLS is spoken, and what path is in front of the session; `host:port` leaves both as configured. */
function placeOf(jobManager: string, where: string): Setting[] {
  const address = { key: RestOptions.ADDRESS.key, value: hostOf(jobManager), where }
  const port = { key: RestOptions.PORT.key, value: portOf(jobManager), where }
  if (!jobManager.includes('://') || !URL.canParse(jobManager)) return [address, port]
  const { protocol, pathname } = new URL(jobManager)
  const tls = { key: SecurityOptions.SSL_REST_ENABLED.key, value: String(protocol === 'https:'), where }
  const path = { key: RestOptions.PATH.key, value: pathname, where }
  return [address, port, tls, ...(pathname === '/' ? [] : [path])]
}

/** Whose jobs a command is about. */
export type Target =
  | { readonly kind: 'machine' }
  /** `isCertain`: the jobs of this machine were not meant, whether or not a session answers. */
  | { readonly kind: 'session'; readonly where: string; readonly isLocal: boolean; readonly isCertain: boolean }

const THIS_MACHINE: Target = { kind: 'machine' }

/** What is to be known beside the configuration: whether `-m` was given, and names and addresses of this machine. */
export interface TargetCircumstances {
  readonly isAddressGiven: boolean
  readonly names?: () => readonly string[]
}

/**
 * Of what the command line and the configuration ask for. TARGET_UNSUPPORTED, and MACHINE_UNSUPPORTED where jobs of this machine are
 * wanted and the address is that of another: a job must not run where nobody meant it to.
 */
export function targetOf(configuration: Configuration, { isAddressGiven, names }: TargetCircumstances): Target {
  const target = configuration.get(DeploymentOptions.TARGET)?.toLowerCase() ?? ''
  const ofTarget = configuration.originOf(DeploymentOptions.TARGET) ?? ''
  const address = configuration.get(RestOptions.ADDRESS) ?? ''
  const ofAddress = configuration.originOf(RestOptions.ADDRESS) ?? ''
  const isLocal = address === '' || isThisMachine(address, names ?? namesOfThisMachine)
  switch (target) {
    case 'remote':
      return { kind: 'session', where: ofTarget, isLocal, isCertain: true }
    case 'local':
      if (!isLocal) throw new FlinkError('MACHINE_UNSUPPORTED', { host: address, where: ofAddress })
      return THIS_MACHINE
    case '':
      if (!isLocal) return { kind: 'session', where: ofAddress, isLocal, isCertain: true }
      return isAddressGiven ? { kind: 'session', where: ofAddress, isLocal, isCertain: false } : THIS_MACHINE
    default:
      throw unsupported(configuration.get(DeploymentOptions.TARGET) ?? '', ofTarget)
  }
}

function isThisMachine(address: string, names: () => readonly string[]): boolean {
  const host = address
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  return LOOPBACK.test(host) || names().includes(host)
}

/** This machine by any name, and all of its addresses at once, as servers listen on them. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1|(0+:){7}0*1|0\.0\.0\.0|::)$/

function namesOfThisMachine(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((ofInterface) => ofInterface ?? [])
  return [hostname().toLowerCase(), ...addresses.map(({ address }) => address.toLowerCase())]
}

/** A URL of the platform leaves out a port that its scheme would have anyway. */
function hasPort(jobManager: string): boolean {
  const [, port = ''] = /^(?:https?:\/\/)?(?:\[[^\]]*\]|[^:/]*):(\d+)(?:$|[/?#])/i.exec(jobManager) ?? []
  return port !== '' && Number(port) <= HIGHEST_PORT
}

function portOf(jobManager: string): string {
  const [, port = ''] = /^(?:https?:\/\/)?(?:\[[^\]]*\]|[^:/]*):(\d+)/i.exec(jobManager) ?? []
  return port
}

/** Of `host:port` or a URL. What is neither is left to be refused as it is. */
function hostOf(jobManager: string): string {
  const url = jobManager.includes('://') ? jobManager : `http://${jobManager}`
  return URL.canParse(url) ? new URL(url).hostname : jobManager
}

function unsupported(target: string, where: string): FlinkError {
  return new FlinkError('TARGET_UNSUPPORTED', { target, where })
}
