import { isIPv6 } from 'node:net'
import type { SessionEndpoint } from '../client/session-exchange.js'
import type { Configuration } from '../core/config/configuration.js'
import { RestOptions } from '../core/config/rest-options.js'
import { SecurityOptions } from '../core/config/security-options.js'
import { localPathOf } from '../rest/tcp/tcp-settings.js'
import { clientTlsSettingsOf } from '../rest/tcp/tls-settings.js'
import { readTokenFile } from '../rest/tcp/token-file.js'

/**
 * Where the session is that the configuration means, with what it is to be shown. REST_TOKEN_FILE_INVALID, REST_STORE_INVALID; relative
 * paths begin at `workingDirectory`. `headers`: what is sent beside the request, `Name:value`, one a line.
 */
export async function sessionEndpointOf(
  configuration: Configuration,
  workingDirectory: string,
  headers = '',
): Promise<SessionEndpoint> {
  const pathOf = (text: string): string => localPathOf(text, workingDirectory)
  const isSecured = configuration.get(SecurityOptions.SSL_REST_ENABLED)
  const tokenFile = configuration.get(RestOptions.TOKEN_FILE)
  const token = tokenFile === undefined ? undefined : await readTokenFile(pathOf(tokenFile))
  return {
    url: urlOf(configuration, isSecured),
    headers: {
      ...headersIn(headers),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    tls: isSecured ? await clientTlsSettingsOf(configuration, pathOf) : undefined,
  }
}

function urlOf(configuration: Configuration, isSecured: boolean): string {
  const named = configuration.get(RestOptions.ADDRESS) ?? ''
  const bare = named === '' ? 'localhost' : named.replace(/^\[(.*)\]$/, '$1')
  const host = isIPv6(bare) ? `[${bare}]` : bare
  const path = configuration.get(RestOptions.PATH).replaceAll(/^\/+|\/+$/g, '')
  const root = `${isSecured ? 'https' : 'http'}://${host}:${String(configuration.get(RestOptions.PORT))}`
  return path === '' ? root : `${root}/${path}`
}

function headersIn(text: string): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  return headers
}
