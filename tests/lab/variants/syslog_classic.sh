# shellcheck shell=bash
# rsyslog stamps `Mon DD HH:MM:SS`, without year and zone, as older systems do

variant_syslog_classic() {
    sed -i '1i $ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat' /etc/rsyslog.conf
    setfact SYSLOG_CLASSIC 1
}
