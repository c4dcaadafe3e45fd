import {
  booleanOption,
  durationOption,
  enumOption,
  intOption,
  mapOption,
  memoryOption,
  stringOption,
  type ConfigOption,
} from './config-option.js'

const MB = 1024 * 1024

/** As Flink and as Hadoop call them. */
const SERVER_SIDE_ENCRYPTION = ['none', 'sse-s3', 'sse-kms'] as const

/** Options of Flink's file systems for S3, under the keys that they have in Flink; there `s3.<name>` without one is `fs.s3a.<name>` of Hadoop. */
export const S3Options: {
  readonly ACCESS_KEY: ConfigOption<string | undefined>
  readonly SECRET_KEY: ConfigOption<string | undefined>
  readonly SESSION_TOKEN: ConfigOption<string | undefined>
  readonly ANONYMOUS_CREDENTIALS: ConfigOption<boolean>
  readonly REGION: ConfigOption<string | undefined>
  readonly ENDPOINT: ConfigOption<string | undefined>
  readonly PATH_STYLE_ACCESS: ConfigOption<boolean | undefined>
  readonly CONNECTION_SSL_ENABLED: ConfigOption<boolean>
  readonly ENTROPY_KEY: ConfigOption<string | undefined>
  readonly ENTROPY_LENGTH: ConfigOption<number>
  readonly PART_SIZE: ConfigOption<number>
  readonly MAX_CONCURRENT_UPLOADS: ConfigOption<number>
  readonly CHECKSUM_VALIDATION: ConfigOption<boolean>
  readonly CONNECTION_MAXIMUM: ConfigOption<number>
  readonly CONNECTION_TIMEOUT: ConfigOption<number>
  readonly ESTABLISH_TIMEOUT: ConfigOption<number>
  readonly ATTEMPTS_MAXIMUM: ConfigOption<number>
  readonly SSE_TYPE: ConfigOption<(typeof SERVER_SIDE_ENCRYPTION)[number]>
  readonly SSE_KMS_KEY_ID: ConfigOption<string | undefined>
  readonly SSE_KMS_ENCRYPTION_CONTEXT: ConfigOption<Readonly<Record<string, string>>>
  readonly ASSUME_ROLE_ARN: ConfigOption<string | undefined>
  readonly ASSUME_ROLE_EXTERNAL_ID: ConfigOption<string | undefined>
  readonly ASSUME_ROLE_SESSION_NAME: ConfigOption<string>
  readonly ASSUME_ROLE_SESSION_DURATION: ConfigOption<number>
  readonly ASSUME_ROLE_STS_ENDPOINT: ConfigOption<string | undefined>
  readonly PROXY_HOST: ConfigOption<string | undefined>
  readonly PROXY_PORT: ConfigOption<number | undefined>
  readonly PROXY_USERNAME: ConfigOption<string | undefined>
  readonly PROXY_PASSWORD: ConfigOption<string | undefined>
  readonly PROXY_SSL_ENABLED: ConfigOption<boolean>
} = {
  ACCESS_KEY: stringOption('s3.access-key', undefined, {
    description:
      'Access key for s3:// (s3a://, s3p://), together with `s3.secret-key`. Without both, the AWS SDK looks for credentials as it always does: `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, `~/.aws`, a role of the container or machine.',
    fallbackKeys: ['s3.access.key', 'fs.s3a.access.key'],
  }),
  SECRET_KEY: stringOption('s3.secret-key', undefined, {
    description: 'Secret key for s3://, together with `s3.access-key`.',
    fallbackKeys: ['s3.secret.key', 'fs.s3a.secret.key'],
  }),
  SESSION_TOKEN: stringOption('s3.session-token', undefined, {
    description: 'Session token of a pair of keys that is valid for some time only.',
    fallbackKeys: ['s3.session.token', 'fs.s3a.session.token'],
  }),
  ANONYMOUS_CREDENTIALS: booleanOption('s3.anonymous-credentials', false, {
    description: 'Requests to s3:// are not signed: for buckets that anybody may read.',
  }),
  REGION: stringOption('s3.region', undefined, {
    description:
      'Region of the buckets of s3://. Unset: the one that the AWS SDK finds (`AWS_REGION`, `~/.aws/config`); where `s3.endpoint` is set us-east-1, which other stores take.',
    fallbackKeys: ['s3.endpoint.region', 'fs.s3a.endpoint.region'],
  }),
  ENDPOINT: stringOption('s3.endpoint', undefined, {
    description: 'Host, `host:port` or URL of a store that speaks the protocol of S3; unset: Amazon S3.',
    fallbackKeys: ['fs.s3a.endpoint'],
  }),
  PATH_STYLE_ACCESS: {
    ...booleanOption('s3.path.style.access', false, {
      description:
        'The bucket is in the path of the URL and not in its host name. Unset: true where `s3.endpoint` is set.',
      fallbackKeys: ['s3.path-style-access', 'fs.s3a.path.style.access'],
    }),
    defaultValue: undefined,
  },
  CONNECTION_SSL_ENABLED: booleanOption('s3.connection.ssl.enabled', true, {
    description: 'Where `s3.endpoint` is no URL: https, else http.',
    fallbackKeys: ['fs.s3a.connection.ssl.enabled'],
  }),
  ENTROPY_KEY: stringOption('s3.entropy.key', undefined, {
    description:
      'In the path of a file of s3:// with the state of a checkpoint or savepoint random characters are put in the place of this text, so that a store which spreads its load by how keys begin has them in many places; from all other paths it is left out. `_metadata` says where such files are: a savepoint of them cannot be moved, and what a crash leaves of a checkpoint that was not complete is not found again.',
  }),
  ENTROPY_LENGTH: intOption('s3.entropy.length', 4, {
    minimum: 1,
    description: 'How many random characters, digits and letters, are put in the place of `s3.entropy.key`.',
  }),
  PART_SIZE: memoryOption('s3.upload.min.part.size', 5 * MB, {
    minimum: 5 * MB,
    maximum: 1024 * MB,
    description:
      'A file of s3:// that is longer is uploaded in parts of this size. So much memory, and once more for each part on its way, is taken by a file that is being written.',
    fallbackKeys: ['fs.s3a.multipart.size'],
  }),
  MAX_CONCURRENT_UPLOADS: intOption('s3.upload.max.concurrent.uploads', 4, {
    minimum: 1,
    maximum: 64,
    description: 'So many parts of one file of s3:// are on their way at a time.',
  }),
  CHECKSUM_VALIDATION: booleanOption('s3.checksum-validation.enabled', true, {
    description:
      'What is sent to s3:// has a checksum, and what is read is compared with the one of the store. False for stores that refuse requests with checksums.',
  }),
  CONNECTION_MAXIMUM: intOption('s3.connection.maximum', 500, {
    minimum: 1,
    description:
      'So many connections to s3:// a thread has at a time; further requests wait. A file that is read has one.',
    fallbackKeys: ['s3.connection.max', 'fs.s3a.connection.maximum'],
  }),
  CONNECTION_TIMEOUT: durationOption('s3.connection.timeout', 60_000, {
    minimum: 100,
    description: 'A connection to s3:// on which nothing comes or goes for so long counts as broken.',
    fallbackKeys: ['fs.s3a.connection.timeout'],
  }),
  ESTABLISH_TIMEOUT: durationOption('s3.connection.establish.timeout', 10_000, {
    minimum: 100,
    description: 'Time for a connection to s3:// to be made.',
    fallbackKeys: ['fs.s3a.connection.establish.timeout'],
  }),
  ATTEMPTS_MAXIMUM: intOption('s3.attempts.maximum', 10, {
    minimum: 1,
    maximum: 100,
    description:
      'So often a request to s3:// is sent where the store does not answer, is overloaded (SlowDown, 503) or fails, with growing pauses up to 20 s between.',
    fallbackKeys: ['fs.s3a.attempts.maximum'],
  }),
  SSE_TYPE: enumOption('s3.sse.type', 'none', {
    enumValues: SERVER_SIDE_ENCRYPTION,
    enumAliases: { AES256: 'sse-s3', 'aws:kms': 'sse-kms' },
    description:
      'How the store is asked to encrypt files: by keys of its own (`sse-s3`, `AES256`) or of KMS (`sse-kms`, `aws:kms`). `none`: as the bucket says.',
    fallbackKeys: [
      's3.encryption.algorithm',
      'fs.s3a.encryption.algorithm',
      's3.server-side-encryption-algorithm',
      'fs.s3a.server-side-encryption-algorithm',
    ],
  }),
  SSE_KMS_KEY_ID: stringOption('s3.sse.kms.key-id', undefined, {
    description: 'Id, ARN or alias of the key for `sse-kms`; unset: the one of the account.',
    fallbackKeys: [
      's3.encryption.key',
      'fs.s3a.encryption.key',
      's3.server-side-encryption.key',
      'fs.s3a.server-side-encryption.key',
    ],
  }),
  SSE_KMS_ENCRYPTION_CONTEXT: mapOption('s3.sse.kms.encryption-context', {
    description: 'Names and values that KMS is told with each use of the key.',
  }),
  ASSUME_ROLE_ARN: stringOption('s3.assume-role.arn', undefined, {
    description:
      'ARN of the role in which requests to s3:// are made; the other credentials are for taking it. It needs the package `@aws-sdk/credential-providers`.',
    fallbackKeys: ['s3.assumed.role.arn', 'fs.s3a.assumed.role.arn'],
  }),
  ASSUME_ROLE_EXTERNAL_ID: stringOption('s3.assume-role.external-id', undefined, {
    description: 'External id, where the role asks for one.',
    fallbackKeys: ['s3.assumed.role.external.id', 'fs.s3a.assumed.role.external.id'],
  }),
  ASSUME_ROLE_SESSION_NAME: stringOption('s3.assume-role.session-name', 'flink-s3-session', {
    description: 'What the session with the role is called.',
    fallbackKeys: ['s3.assumed.role.session.name', 'fs.s3a.assumed.role.session.name'],
  }),
  ASSUME_ROLE_SESSION_DURATION: intOption('s3.assume-role.session-duration', 3600, {
    minimum: 900,
    maximum: 43_200,
    description: 'Seconds for which the role is taken; it is taken again before they are over.',
  }),
  ASSUME_ROLE_STS_ENDPOINT: stringOption('s3.assumed.role.sts.endpoint', undefined, {
    description: 'URL of the service that gives the role away; unset: the one of Amazon, in the region.',
    fallbackKeys: ['fs.s3a.assumed.role.sts.endpoint'],
  }),
  PROXY_HOST: stringOption('s3.proxy.host', undefined, {
    description: 'Host of a proxy through which all connections to s3:// go, by CONNECT.',
    fallbackKeys: ['fs.s3a.proxy.host'],
  }),
  PROXY_PORT: intOption('s3.proxy.port', undefined, {
    minimum: 1,
    maximum: 65_535,
    description: 'Port of that proxy; unset: 80, or 443 with `s3.proxy.ssl.enabled`.',
    fallbackKeys: ['fs.s3a.proxy.port'],
  }),
  PROXY_USERNAME: stringOption('s3.proxy.username', undefined, {
    description: 'Who that proxy is told is asking.',
    fallbackKeys: ['fs.s3a.proxy.username'],
  }),
  PROXY_PASSWORD: stringOption('s3.proxy.password', undefined, {
    description: 'Password of `s3.proxy.username`.',
    fallbackKeys: ['fs.s3a.proxy.password'],
  }),
  PROXY_SSL_ENABLED: booleanOption('s3.proxy.ssl.enabled', false, {
    description: 'That proxy itself is asked by https.',
    fallbackKeys: ['fs.s3a.proxy.ssl.enabled'],
  }),
}
