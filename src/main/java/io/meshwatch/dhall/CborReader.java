package io.meshwatch.dhall;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads CBOR (RFC 8949) into plain objects. Tags other than those of numbers are skipped. */
final class CborReader {
  private static final int NESTING_MAX = 200;
  private static final int INDEFINITE = 31;
  private static final int BREAK = 0xFF;

  /** What can be read. */
  sealed interface Item {
    record WholeNumber(BigInteger value) implements Item {}

    record FloatingPoint(double value) implements Item {}

    record Decimal(BigDecimal value) implements Item {}

    record Bytes(byte[] value) implements Item {}

    record Text(String value) implements Item {}

    record Array(List<Item> items) implements Item {}

    record Mapping(Map<String, Item> entries) implements Item {}

    record Bool(boolean value) implements Item {}

    record Nothing() implements Item {}
  }

  private final ByteBuffer in;
  private int nesting;

  CborReader(byte[] bytes) {
    this.in = ByteBuffer.wrap(bytes);
  }

  boolean atEnd() {
    return !in.hasRemaining();
  }

  Item item() {
    if (++nesting > NESTING_MAX) {
      throw new BinaryDecoder.MalformedException("nested too deeply: expected at most " + NESTING_MAX + " levels");
    }
    int first = next();
    Item item = item(first >>> 5, first & 0x1F);
    nesting--;
    return item;
  }

  private Item item(int type, int info) {
    return switch (type) {
      case CborWriter.UNSIGNED -> new Item.WholeNumber(argument(info));
      case CborWriter.NEGATIVE -> new Item.WholeNumber(argument(info).not());
      case CborWriter.BYTES -> new Item.Bytes(bytes(info, CborWriter.BYTES));
      case CborWriter.TEXT -> new Item.Text(text(bytes(info, CborWriter.TEXT)));
      case CborWriter.ARRAY -> new Item.Array(array(info));
      case CborWriter.MAP -> new Item.Mapping(mapping(info));
      case CborWriter.TAG -> tagged(argument(info));
      default -> simple(info);
    };
  }

  private int next() {
    if (!in.hasRemaining()) {
      throw new BinaryDecoder.MalformedException("ends in the middle");
    }
    return in.get() & 0xFF;
  }

  private BigInteger argument(int info) {
    return switch (info) {
      case 24 -> big(1);
      case 25 -> big(2);
      case 26 -> big(4);
      case 27 -> big(8);
      default -> {
        if (info > 27) {
          throw new BinaryDecoder.MalformedException("has a size that CBOR does not know: " + info);
        }
        yield BigInteger.valueOf(info);
      }
    };
  }

  private BigInteger big(int size) {
    return new BigInteger(1, take(size));
  }

  private byte[] take(int size) {
    if (in.remaining() < size) {
      throw new BinaryDecoder.MalformedException("ends in the middle");
    }
    byte[] bytes = new byte[size];
    in.get(bytes);
    return bytes;
  }

  private int size(int info) {
    BigInteger size = argument(info);
    if (size.bitLength() > 31 || size.intValue() > in.remaining()) {
      throw new BinaryDecoder.MalformedException("ends in the middle");
    }
    return size.intValue();
  }

  private byte[] bytes(int info, int type) {
    if (info != INDEFINITE) {
      return take(size(info));
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int head = next(); head != BREAK; head = next()) {
      if (head >>> 5 != type) {
        throw new BinaryDecoder.MalformedException("has a wrong piece in a text");
      }
      all.writeBytes(take(size(head & 0x1F)));
    }
    return all.toByteArray();
  }

  private static String text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new BinaryDecoder.MalformedException("has a text that is not UTF-8");
    }
  }

  private boolean isBreak() {
    boolean found = in.hasRemaining() && (in.get(in.position()) & 0xFF) == BREAK;
    if (found) {
      next();
    }
    return found;
  }

  private List<Item> array(int info) {
    List<Item> items = new ArrayList<>();
    int size = info == INDEFINITE ? Integer.MAX_VALUE : size(info);
    while (items.size() < size && !(info == INDEFINITE && isBreak())) {
      items.add(item());
    }
    return items;
  }

  private Map<String, Item> mapping(int info) {
    Map<String, Item> entries = new LinkedHashMap<>();
    int size = info == INDEFINITE ? Integer.MAX_VALUE : size(info);
    while (entries.size() < size && !(info == INDEFINITE && isBreak())) {
      if (!(item() instanceof Item.Text key)) {
        throw new BinaryDecoder.MalformedException("has a map whose key is no text");
      }
      if (entries.put(key.value(), item()) != null) {
        throw new BinaryDecoder.MalformedException("has a map with the key " + key.value() + " twice");
      }
    }
    return entries;
  }

  private Item tagged(BigInteger tag) {
    Item item = item();
    if (tag.equals(BigInteger.valueOf(CborWriter.TAG_UNSIGNED_BIG)) && item instanceof Item.Bytes bytes) {
      return new Item.WholeNumber(new BigInteger(1, bytes.value()));
    }
    if (tag.equals(BigInteger.valueOf(CborWriter.TAG_NEGATIVE_BIG)) && item instanceof Item.Bytes bytes) {
      return new Item.WholeNumber(new BigInteger(1, bytes.value()).not());
    }
    if (tag.equals(BigInteger.valueOf(CborWriter.TAG_DECIMAL)) && item instanceof Item.Array array && array.items().size() == 2
        && array.items().get(0) instanceof Item.WholeNumber exponent && array.items().get(1) instanceof Item.WholeNumber mantissa
        && exponent.value().bitLength() < 16) {
      return new Item.Decimal(new BigDecimal(mantissa.value(), -exponent.value().intValue()));
    }
    return item;
  }

  private Item simple(int info) {
    return switch (info) {
      case CborWriter.FALSE -> new Item.Bool(false);
      case CborWriter.TRUE -> new Item.Bool(true);
      case CborWriter.NULL -> new Item.Nothing();
      case CborWriter.HALF -> new Item.FloatingPoint(Float.float16ToFloat(big(2).shortValue()));
      case CborWriter.SINGLE -> new Item.FloatingPoint(Float.intBitsToFloat(big(4).intValue()));
      case CborWriter.DOUBLE -> new Item.FloatingPoint(Double.longBitsToDouble(big(8).longValue()));
      default -> throw new BinaryDecoder.MalformedException("has a value that Dhall does not use: simple " + info);
    };
  }
}
