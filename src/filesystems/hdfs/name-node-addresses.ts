// Duty: at which HTTP address the NameNode of a path is asked, where the path names the port of its RPC.
// Invariants: whoever is told of a failure is told which rule gave the address.
import { ReasonError } from '../../core/errors/reason-error.js'
import type { HadoopConfiguration } from './hadoop-configuration.js'

export interface AddressSources {
  /** Value of fs.hdfs.webhdfs.address. */
  readonly webHdfsAddress: string | undefined
  readonly hadoop: HadoopConfiguration
}

export interface NameNodeAddresses {
  /** Roots of WebHDFS, `http://namenode:9870/webhdfs/v1`: of these one is active. */
  readonly urls: readonly URL[]
  readonly rule: string
}

const ROOT = '/webhdfs/v1'
const HTTP_PORT = 9870
const HTTPS_PORT = 9871

/** ReasonError where no rule gives an address. */
export function nameNodeAddresses(scheme: string, authority: string, sources: AddressSources): NameNodeAddresses {
  const { hadoop } = sources
  if (authority === '') return ofDefaultFileSystem(scheme, sources)
  const isSecure = scheme === 'swebhdfs' || (scheme === 'hdfs' && hadoop.get('dfs.http.policy') === 'HTTPS_ONLY')
  if (hadoop.list('dfs.nameservices').includes(authority)) return ofNameService(authority, isSecure, sources)
  if (scheme !== 'hdfs') return { urls: [urlOf(authority, isSecure)], rule: `the address in ${scheme}://${authority}` }
  return ofOption(sources) ?? ofSiteFile(authority, isSecure, hadoop) ?? ofDefaultPort(authority, isSecure, hadoop)
}

function ofDefaultFileSystem(scheme: string, sources: AddressSources): NameNodeAddresses {
  const written = sources.hadoop.get('fs.defaultFS') ?? sources.hadoop.get('fs.default.name')
  const [, foundScheme, authority = ''] = /^([a-z]+):\/\/([^/]+)/.exec(written ?? '') ?? []
  if (foundScheme !== undefined && foundScheme !== 'file') {
    const { urls, rule } = nameNodeAddresses(foundScheme, authority, sources)
    return { urls, rule: `${rule}; the host is that of fs.defaultFS` }
  }
  const found = scheme === 'hdfs' ? ofOption(sources) : undefined
  if (found !== undefined) return found
  throw new ReasonError(
    `${scheme}:/// has no host, and there is no core-site.xml with fs.defaultFS. Write ${scheme}://namenode:9000/..., or set HADOOP_CONF_DIR`,
  )
}

function ofOption({ webHdfsAddress }: AddressSources): NameNodeAddresses | undefined {
  const addresses = (webHdfsAddress ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]))
  if (addresses.length === 0) return undefined
  return { urls: addresses.map((address) => urlOf(address, false)), rule: 'by fs.hdfs.webhdfs.address' }
}

function ofNameService(name: string, isSecure: boolean, sources: AddressSources): NameNodeAddresses {
  const given = ofOption(sources)
  if (given !== undefined) return given
  const { hadoop } = sources
  const key = isSecure ? 'dfs.namenode.https-address' : 'dfs.namenode.http-address'
  const nodes = hadoop.list(`dfs.ha.namenodes.${name}`)
  const keys = nodes.length === 0 ? [`${key}.${name}`] : nodes.map((node) => `${key}.${name}.${node}`)
  const addresses = keys.flatMap((one) => hadoop.get(one) ?? [])
  if (addresses.length > 0) {
    return {
      urls: addresses.map((address) => urlOf(address, isSecure)),
      rule: `by ${keys.join(', ')} of hdfs-site.xml`,
    }
  }
  throw new ReasonError(`${name} is a nameservice, and hdfs-site.xml has no ${keys.join(', ')}`)
}

/** The file may be that of another cluster: its address is taken where it is of the host that is asked for, or says of none. */
function ofSiteFile(authority: string, isSecure: boolean, hadoop: HadoopConfiguration): NameNodeAddresses | undefined {
  const key = isSecure ? 'dfs.namenode.https-address' : 'dfs.namenode.http-address'
  const found = hadoop.find(key)
  if (found === undefined || found.value === '') return undefined
  const rpcAddresses = [hadoop.get('fs.defaultFS'), hadoop.get('fs.default.name')]
    .flatMap((uri) => /^hdfs:\/\/([^/]+)/.exec(uri ?? '')?.[1] ?? [])
    .concat(hadoop.get('dfs.namenode.rpc-address') ?? [])
  const [host, port] = partsOf(found.value)
  const isOfHost = rpcAddresses.length === 0 || host === hostOf(authority)
  if (!isOfHost && !rpcAddresses.some((address) => hostOf(address) === hostOf(authority))) return undefined
  const reachable = host === '0.0.0.0' || host === '' ? `${hostOf(authority)}:${port}` : found.value
  return { urls: [urlOf(reachable, isSecure)], rule: `by ${key} of ${found.file}` }
}

function ofDefaultPort(authority: string, isSecure: boolean, { place }: HadoopConfiguration): NameNodeAddresses {
  const port = String(isSecure ? HTTPS_PORT : HTTP_PORT)
  const rule = `port ${port} of the same host, as neither fs.hdfs.webhdfs.address nor ${place} says another for it`
  return { urls: [urlOf(`${hostOf(authority)}:${port}`, isSecure)], rule }
}

/** `host`, `host:port` or a URL, with a path where a gateway has one. */
function urlOf(address: string, isSecure: boolean): URL {
  const hasScheme = /^[a-z]+:\/\//.test(address)
  const written = hasScheme ? address : `${isSecure ? 'https' : 'http'}://${address}`
  const hasPort = /^[a-z]+:\/\/(?:[^/@]*@)?(?:\[[^\]]*\]|[^/:]+):\d+/.test(written)
  let url: URL
  try {
    url = new URL(written)
  } catch {
    throw new ReasonError(`'${address}' is no address of a NameNode; write host:port, or http://host:port`)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new ReasonError(`'${address}' is no HTTP address; write host:port, or http://host:port`)
  }
  if (!hasPort && !hasScheme) url.port = String(url.protocol === 'https:' ? HTTPS_PORT : HTTP_PORT)
  const path = url.pathname.replace(/\/+$/, '')
  url.pathname = path.endsWith(ROOT) ? path : path + ROOT
  return url
}

function hostOf(authority: string): string {
  return partsOf(authority)[0]
}

/** An address of version 6 is in brackets. */
function partsOf(address: string): [host: string, port: string] {
  const [, host = address, port = ''] = /^(.*?)(?::(\d+))?$/.exec(address) ?? []
  return [host, port]
}
