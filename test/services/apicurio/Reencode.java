import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.util.HexFormat;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** Apache Avro's own library as a witness: reads values in hex, a line each, and prints what it writes of them. The schema is the argument. */
class Reencode {
  public static void main(String[] args) throws Exception {
    Schema schema = new Schema.Parser().parse(args[0]);
    GenericDatumReader<Object> reader = new GenericDatumReader<>(schema);
    GenericDatumWriter<Object> writer = new GenericDatumWriter<>(schema);
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      Object value = reader.read(null, DecoderFactory.get().binaryDecoder(HexFormat.of().parseHex(line), null));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
      writer.write(value, encoder);
      encoder.flush();
      System.out.println(HexFormat.of().formatHex(bytes.toByteArray()) + " " + value);
    }
  }
}
