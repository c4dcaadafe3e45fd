import {
  Duration,
  KeyedProcessFunction,
  MapStateDescriptor,
  StateTtlConfig,
  Types,
  type Collector,
  type DataStream,
  type KeyedProcessFunctionContext,
  type MapState,
  type ParameterTool,
  type StreamExecutionEnvironment,
} from 'flink-ts'

interface Login {
  readonly user: string
  readonly device: string
  /** ISO time. */
  readonly at: string
}

/** What is known of a device of a user. */
interface Device {
  readonly logins: number
  /** Day of the last login. */
  readonly last: string
}

/** Tells the first login of a user from a device, and from which ones the user came before. */
abstract class NewDevices<D> extends KeyedProcessFunction<string, Login, string> {
  #devices!: MapState<string, D>

  /** Of the devices of a user, by their names. */
  protected abstract descriptor(): MapStateDescriptor<string, D>
  protected abstract withLogin(known: D | null, login: Login): D
  protected abstract told(device: D): string

  override open(): void {
    this.#devices = this.getRuntimeContext().getMapState(this.descriptor())
  }

  processElement(login: Login, ctx: KeyedProcessFunctionContext<string>, out: Collector<string>): void {
    const known = this.#devices.get(login.device)
    if (known === null) {
      const others = [...this.#devices.entries()].map(([name, device]) => `${name} (${this.told(device)})`).sort()
      out.collect(`${ctx.getCurrentKey()}: new ${login.device}, known: ${others.join(', ') || 'none'}`)
    }
    this.#devices.put(login.device, this.withLogin(known, login))
  }
}

/** As it was written first: a number for each device, and for ever. */
class NewDevicesAtFirst extends NewDevices<number> {
  protected descriptor(): MapStateDescriptor<string, number> {
    return new MapStateDescriptor('devices', Types.STRING, Types.LONG)
  }

  protected withLogin(logins: number | null): number {
    return (logins ?? 0) + 1
  }

  protected told(logins: number): string {
    return String(logins)
  }
}

/** A device is forgotten 90 days after its last login. */
const REMEMBERED = StateTtlConfig.newBuilder(Duration.ofDays(90)).cleanupFullSnapshot().build()

/** As it is now. Version 0 is the number alone. */
class NewDevicesNow extends NewDevices<Device> {
  protected descriptor(): MapStateDescriptor<string, Device> {
    const type = Types.OBJECT({ logins: Types.LONG, last: Types.STRING })
    const migrate = { 0: (logins: number): Device => ({ logins, last: 'long ago' }) }
    const descriptor = new MapStateDescriptor('devices', Types.STRING, type).withSchema(1, { migrate })
    descriptor.enableTimeToLive(REMEMBERED)
    return descriptor
  }

  protected withLogin(known: Device | null, { at }: Login): Device {
    return { logins: (known?.logins ?? 0) + 1, last: at.slice(0, 10) }
  }

  protected told({ logins, last }: Device): string {
    return `${String(logins)}, ${last}`
  }
}

/** Logins that come from a device for the first time, of lines of JSON. */
export function newDevices(
  lines: DataStream<string>,
  process: KeyedProcessFunction<string, Login, string> = new NewDevicesNow(),
): DataStream<string> {
  return lines
    .map((line) => JSON.parse(line) as Login)
    .setParallelism(1)
    .keyBy(({ user }) => user)
    .process(process)
    .name('Devices of users')
    .uid('devices')
}

/** Of a file, or with `--port` from a socket for as long as they come. */
function logins(env: StreamExecutionEnvironment, params: ParameterTool): DataStream<string> {
  if (!params.has('port')) return env.readTextFile(params.getRequired('input')).uid('logins').setParallelism(1)
  return env.socketTextStream(params.get('hostname') ?? 'localhost', params.getInt('port')).uid('logins')
}

/** The program as it was in its first year: `-c first`. */
export function first(env: StreamExecutionEnvironment, params: ParameterTool): void {
  newDevices(logins(env, params), new NewDevicesAtFirst()).print()
}

export default function knownDevices(env: StreamExecutionEnvironment, params: ParameterTool): void {
  newDevices(logins(env, params)).print()
}
