import picomatch from 'picomatch'
import { FlinkError } from '../../core/errors/flink-error.js'
