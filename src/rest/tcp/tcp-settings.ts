import { lookup } from 'node:dns/promises'
import type { TlsOptions } from 'node:tls'
import type { Configuration } from '../../core/config/configuration.js'
import { RestOptions } from '../../core/config/rest-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import { ReasonError } from '../../core/errors/reason-error.js'
import { messageOf } from '../../core/errors/thrown-value.js'
import { parseFileUri } from '../../core/fs/file-path.js'
import { portsOf } from '../../core/net/port-range.js'
import type { RequestRulesSettings } from './request-rules.js'
import { tlsSettingsOf } from './tls-settings.js'
import { readTokenFile } from './token-file.js'

/** Where the REST API listens over TCP, and to whom it answers there. All of it is checked, and read, before a job begins. */
export interface TcpSettings extends RequestRulesSettings {
  /** An IP address. */
  readonly address: string
  /** Of which the first that is free is taken; 0: any. */
  readonly ports: readonly number[]
  readonly tls: TlsOptions | undefined
  readonly maxContentLength: number
  /** Whoever is on the way to another machine can read what goes over it, the token first of all. */
  readonly isExposed: boolean
}

/** A name that means several addresses is taken for the one that most clients mean. */
const LOCALHOST = '127.0.0.1'
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1)$/

/**
 * REST_ADDRESS_UNUSABLE, REST_TOKEN_MISSING, REST_TOKEN_FILE_INVALID, REST_STORE_MISSING, REST_STORE_INVALID. Relative paths
 * begin at `workingDirectory`.
 */
export async function tcpSettingsOf(configuration: Configuration, workingDirectory: string): Promise<TcpSettings> {
  const pathOf = (text: string): string => localPathOf(text, workingDirectory)
  const named = configuration.get(RestOptions.BIND_ADDRESS)
  const address = await addressOf(named)
  const ports = portsIn(configuration)
  const tokenFile = configuration.get(RestOptions.TOKEN_FILE)
  const token = tokenFile === undefined ? undefined : await readTokenFile(pathOf(tokenFile))
  if (token === undefined && !LOOPBACK.test(address)) throw new FlinkError('REST_TOKEN_MISSING', { address: named })
  const tls = await tlsSettingsOf(configuration, pathOf)
  const name = configuration.get(RestOptions.ADDRESS)
  const hostNames = [named, address, ...(name === undefined ? [] : [name])]
  const maxContentLength = configuration.get(RestOptions.SERVER_MAX_CONTENT_LENGTH)
  const isExposed = tls === undefined && !LOOPBACK.test(address)
  return { address, ports, token, hostNames, tls, maxContentLength, isExposed }
}

function portsIn(configuration: Configuration): readonly number[] {
  const text = configuration.get(RestOptions.BIND_PORT)
  if (text === undefined) return [configuration.get(RestOptions.PORT)]
  try {
    return portsOf(text)
  } catch (error) {
    const key = RestOptions.BIND_PORT.key
    const where = configuration.originOf(RestOptions.BIND_PORT) ?? ''
    const reason = `${messageOf(error)}.`
    throw new FlinkError('CONFIG_VALUE_INVALID', { value: text, key, reason, where }, { cause: error })
  }
}

async function addressOf(name: string): Promise<string> {
  const bare = name.trim().replace(/^\[(.*)\]$/, '$1')
  if (bare.toLowerCase() === 'localhost') return LOCALHOST
  try {
    // Node takes no name at all for one that has no address, and would listen everywhere.
    if (bare === '') throw new ReasonError('it is empty')
    return (await lookup(bare)).address
  } catch (error) {
    const reason = messageOf(error)
    const advice = 'Set rest.bind-address to an address of this machine.'
    throw new FlinkError('REST_ADDRESS_UNUSABLE', { address: name, reason, advice }, { cause: error })
  }
}

/** PATH_INVALID where it is no file of this machine. */
export function localPathOf(text: string, workingDirectory: string): string {
  const { scheme, path } = parseFileUri(text, workingDirectory)
  if (scheme === 'file') return path
  throw new FlinkError('PATH_INVALID', { path: text, reason: 'it has to be a file of this machine' })
}
