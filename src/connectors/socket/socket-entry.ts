/** @module flink-ts/connectors/socket */
export {
  SocketTextStreamFunction,
  type SocketSettings,
} from '../../api/functions/source/socket-text-stream-function.js'
export { SocketClientSink, type SocketSinkSettings } from '../../api/functions/sink/socket-client-sink.js'
