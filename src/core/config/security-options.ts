import { booleanOption, pathOption, stringOption, type ConfigOption } from './config-option.js'

/** Options of Flink's SecurityOptions, as far as they are about the REST endpoint. */
export const SecurityOptions: {
  readonly SSL_REST_ENABLED: ConfigOption<boolean>
  readonly SSL_REST_AUTHENTICATION_ENABLED: ConfigOption<boolean>
  readonly SSL_REST_KEYSTORE: ConfigOption<string | undefined>
  readonly SSL_REST_KEYSTORE_PASSWORD: ConfigOption<string | undefined>
  readonly SSL_REST_KEY_PASSWORD: ConfigOption<string | undefined>
  readonly SSL_REST_TRUSTSTORE: ConfigOption<string | undefined>
} = {
  SSL_REST_ENABLED: booleanOption('security.ssl.rest.enabled', false, {
    description: 'What `run --web` opens speaks HTTPS.',
  }),
  SSL_REST_AUTHENTICATION_ENABLED: booleanOption('security.ssl.rest.authentication-enabled', false, {
    description: 'Clients have to show a certificate that is signed by one of security.ssl.rest.truststore.',
  }),
  SSL_REST_KEYSTORE: pathOption('security.ssl.rest.keystore', {
    description: 'File with the private key and the certificates of the endpoint: PKCS#12 or PEM. No JKS.',
    fallbackKeys: ['security.ssl.keystore'],
  }),
  SSL_REST_KEYSTORE_PASSWORD: stringOption('security.ssl.rest.keystore-password', undefined, {
    description: 'Password of security.ssl.rest.keystore.',
    fallbackKeys: ['security.ssl.keystore-password'],
  }),
  SSL_REST_KEY_PASSWORD: stringOption('security.ssl.rest.key-password', undefined, {
    description: 'Password of the private key in a PEM file; without it that of the keystore.',
    fallbackKeys: ['security.ssl.key-password'],
  }),
  SSL_REST_TRUSTSTORE: pathOption('security.ssl.rest.truststore', {
    description: 'File with the certificates by which those of clients are checked: PEM.',
    fallbackKeys: ['security.ssl.truststore'],
  }),
}
