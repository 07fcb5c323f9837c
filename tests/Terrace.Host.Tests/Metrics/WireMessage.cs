using System.Buffers.Binary;
using System.Text;

namespace Terrace.Host.Tests.Metrics;

/// <summary>
/// Takes protobuf's wire format apart into fields by their path: <c>1.2.2.1</c> is field 1 in field 2 in field 2 in field 1.
/// Which fields are messages is what
/// opentelemetry-proto says of an ExportMetricsServiceRequest.
/// </summary>
internal static class WireMessage
{
    public const string Name = "1.2.2.1";

    private static readonly HashSet<string> s_messages =
    [
        "1", "1.1", "1.1.1", "1.1.1.2", // resource, its attributes, their values
        "1.2", "1.2.1", "1.2.2", // scope, metric
        "1.2.2.5", "1.2.2.5.1", "1.2.2.5.1.7", "1.2.2.5.1.7.2", // gauge, its points, their attributes
        "1.2.2.7", "1.2.2.7.1", "1.2.2.7.1.7", "1.2.2.7.1.7.2", // sum
        "1.2.2.9", "1.2.2.9.1", "1.2.2.9.1.9", "1.2.2.9.1.9.2", // histogram
    ];

    /// <summary>The fields in their order; texts and packed numbers as bytes.</summary>
    public static IReadOnlyList<(string Path, int WireType, byte[] Value)> Read(ReadOnlyMemory<byte> bytes)
    {
        List<(string, int, byte[])> fields = [];
        Read(bytes.Span, "", fields);
        return fields;
    }

    public static string Text(byte[] value) => Encoding.UTF8.GetString(value);

    public static double Double(byte[] value) => BinaryPrimitives.ReadDoubleLittleEndian(value);

    private static void Read(ReadOnlySpan<byte> bytes, string prefix, List<(string, int, byte[])> fields)
    {
        while (!bytes.IsEmpty)
        {
            ulong tag = Base128(ref bytes);
            int wireType = (int)(tag & 7);
            string path = prefix.Length == 0 ? $"{tag >> 3}" : $"{prefix}.{tag >> 3}";
            ReadOnlySpan<byte> value;
            switch (wireType)
            {
                case 0:
                    value = BitConverter.GetBytes(Base128(ref bytes));
                    break;
                case 1:
                    value = bytes[..8];
                    bytes = bytes[8..];
                    break;
                case 2:
                    int length = (int)Base128(ref bytes);
                    value = bytes[..length];
                    bytes = bytes[length..];
                    break;
                default:
                    throw new FormatException($"wire type {wireType} at {path}");
            }

            fields.Add((path, wireType, value.ToArray()));
            if (wireType == 2 && s_messages.Contains(path))
            {
                Read(value, path, fields);
            }
        }
    }

    private static ulong Base128(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}
