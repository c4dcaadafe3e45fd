import type { ConnectionOptions as TlsOptions } from 'node:tls'

export interface BrokerAddress {
  readonly host: string
  readonly port: number
}

export interface SaslSettings {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER'
  readonly username?: string
  readonly password?: string
  /** Of OAUTHBEARER: asked for at each authentication. */
  readonly token?: () => Promise<string>
}

/** How a client reaches its cluster: made of properties by `../properties/client-settings.ts`. */
export interface KafkaClientSettings {
  readonly bootstrapServers: readonly BrokerAddress[]
  readonly clientId: string
  /** Of one request. */
  readonly requestTimeoutMs: number
  /** Of an operation with all of its repetitions. */
  readonly apiTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  readonly metadataMaxAgeMs: number
  readonly tls: (TlsOptions & { readonly checksServerName: boolean }) | undefined
  readonly sasl: SaslSettings | undefined
}

export function addressText({ host, port }: BrokerAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${String(port)}`
}
