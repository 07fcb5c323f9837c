using Terrace.Core.Units;

namespace Terrace.Host.Files;

/// <summary>
/// Reads an option's or a key's text; when it returns false, <paramref name="problem"/> says what is wrong and how to fix it.
/// </summary>
internal delegate bool TextReaderOf<T>(string text, out T value, out Problem? problem);
