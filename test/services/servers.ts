/** A server that suites need, in a folder of its own here: its `start.sh` installs, starts and removes it. */
export interface ServiceServer {
  readonly name: string
  readonly programs: readonly ServiceProgram[]
  /** Variables by which `start.sh` and the suites are told its ports. */
  readonly ports: readonly string[]
}

/** What a server needs of the machine. */
export interface ServiceProgram {
  readonly name: string
  /** The package of Debian that has it. */
  readonly inPackage: string
  /** Command line that succeeds where it is there; without it, the name is looked for on the PATH. */
  readonly isThere?: string
}

const CURL: ServiceProgram = { name: 'curl', inPackage: 'curl' }

export const SERVERS: readonly ServiceServer[] = [
  {
    name: 'apicurio',
    programs: [
      // The witness is run from its source.
      {
        name: 'java with its compiler',
        inPackage: 'openjdk-17-jdk-headless',
        isThere: 'java --list-modules | grep -q ^jdk.compiler',
      },
      { name: 'mvn', inPackage: 'maven' },
      CURL,
    ],
    ports: ['APICURIO_PORT'],
  },
  {
    name: 'hdfs',
    programs: [{ name: 'java', inPackage: 'openjdk-17-jre-headless' }, { name: 'mvn', inPackage: 'maven' }, CURL],
    ports: ['HDFS_RPC_PORT', 'HDFS_HTTP_PORT', 'HDFS_DN_PORT', 'HDFS_DN_HTTP_PORT', 'HDFS_DN_IPC_PORT'],
  },
  {
    name: 'kafka',
    programs: [
      // The suites' own programs of Java are run from their source.
      {
        name: 'java with its compiler',
        inPackage: 'openjdk-17-jdk-headless',
        isThere: 'java --list-modules | grep -q ^jdk.compiler',
      },
      { name: 'mvn', inPackage: 'maven' },
      { name: 'openssl', inPackage: 'openssl' },
    ],
    ports: [
      'KAFKA_PORT',
      'KAFKA_CONTROLLER_PORT',
      'KAFKA_PORT_2',
      'KAFKA_SASL_PORT',
      'KAFKA_TLS_PORT',
      'KAFKA_SASL_TLS_PORT',
      'KAFKA_PROXIED_PORT',
      'KAFKA_PROXY_PORT',
    ],
  },
  {
    name: 'moto',
    programs: [
      { name: 'python3', inPackage: 'python3' },
      { name: 'venv of python3', inPackage: 'python3-venv', isThere: 'python3 -m ensurepip --version' },
      CURL,
    ],
    ports: ['MOTO_PORT'],
  },
]
