namespace Terrace.Host.Control;

/// <summary>A setting of the kernel that the daemon changed and will put back.</summary>
/// <param name="Name">Which.</param>
/// <param name="Before">What it was, and will be again.</param>
/// <param name="Held">What the daemon set it to.</param>
/// <param name="Now">What it is; null when it cannot be read.</param>
internal sealed record HeldSetting(string Name, string Before, string Held, string? Now);
