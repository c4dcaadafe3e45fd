import { Configuration, type ConfigurationEntries } from '../core/config/configuration.js'
import type { WebOrder } from './web-endpoint.js'

/** What `--web` asked for, checked: the port, the token and the key are those of the configuration. */
export async function webOrderOf(
  entries: ConfigurationEntries,
  workingDirectory: string,
  about: Omit<WebOrder, 'settings'>,
): Promise<WebOrder> {
  // TLS and what reads its files are loaded by those alone who ask for them.
  const { tcpSettingsOf } = await import('../rest/tcp/tcp-settings.js')
  return { settings: await tcpSettingsOf(Configuration.fromEntries(entries), workingDirectory), ...about }
}
