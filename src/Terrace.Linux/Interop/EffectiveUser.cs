namespace Terrace.Linux.Interop;

/// <summary>Who Terrace runs as.</summary>
public static class EffectiveUser
{
    /// <summary>Its number (geteuid(2)).</summary>
    public static uint Id => Libc.GetEffectiveUserId();

    /// <summary>True for user id 0 (geteuid(2)).</summary>
    public static bool IsRoot => Libc.GetEffectiveUserId() == 0;
}
