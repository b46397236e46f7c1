package market

import (
	"slices"
	"strconv"
	"strings"
)

// The countries of ISO 3166-1 with their standard-time offsets from UTC in
// hours, by the IANA time zone database; summer time is left out, because
// sites name zones by their standard offset.
const countryTable = `
AD 1;AE 4;AF 4.5;AG -4;AI -4;AL 1;AM 4;AO 1;AQ 0;AR -3;AS -11;AT 1;AU 8,9.5,10;AW -4;AX 2;AZ 4;
BA 1;BB -4;BD 6;BE 1;BF 0;BG 2;BH 3;BI 2;BJ 1;BL -4;BM -4;BN 8;BO -4;BQ -4;BR -5,-4,-3,-2;BS -5;BT 6;BV 1;BW 2;BY 3;BZ -6;
CA -8,-7,-6,-5,-4,-3.5;CC 6.5;CD 1,2;CF 1;CG 1;CH 1;CI 0;CK -10;CL -4,-6;CM 1;CN 8;CO -5;CR -6;CU -5;CV -1;CW -4;CX 7;CY 2;CZ 1;
DE 1;DJ 3;DK 1;DM -4;DO -4;DZ 1;EC -5,-6;EE 2;EG 2;EH 1;ER 3;ES 1,0;ET 3;FI 2;FJ 12;FK -3;FM 10,11;FO 0;FR 1;
GA 1;GB 0;GD -4;GE 4;GF -3;GG 0;GH 0;GI 1;GL -2;GM 0;GN 0;GP -4;GQ 1;GR 2;GS -2;GT -6;GU 10;GW 0;GY -4;
HK 8;HM 5;HN -6;HR 1;HT -5;HU 1;ID 7,8,9;IE 0;IL 2;IM 0;IN 5.5;IO 6;IQ 3;IR 3.5;IS 0;IT 1;JE 0;JM -5;JO 3;JP 9;
KE 3;KG 6;KH 7;KI 12,13,14;KM 3;KN -4;KP 9;KR 9;KW 3;KY -5;KZ 5;LA 7;LB 2;LC -4;LI 1;LK 5.5;LR 0;LS 2;LT 2;LU 1;LV 2;LY 2;
MA 1;MC 1;MD 2;ME 1;MF -4;MG 3;MH 12;MK 1;ML 0;MM 6.5;MN 7,8;MO 8;MP 10;MQ -4;MR 0;MS -4;MT 1;MU 4;MV 5;MW 2;MX -8,-7,-6,-5;MY 8;MZ 2;
NA 2;NC 11;NE 1;NF 11;NG 1;NI -6;NL 1;NO 1;NP 5.75;NR 12;NU -11;NZ 12,12.75;OM 4;PA -5;PE -5;PF -10,-9.5,-9;PG 10,11;PH 8;PK 5;PL 1;PM -3;PN -8;PR -4;PS 2;PT 0,-1;PW 9;PY -3;
QA 3;RE 4;RO 2;RS 1;RU 2,3,4,5,6,7,8,9,10,11,12;RW 2;SA 3;SB 11;SC 4;SD 2;SE 1;SG 8;SH 0;SI 1;SJ 1;SK 1;SL 0;SM 1;SN 0;SO 3;SR -3;SS 2;ST 0;SV -6;SX -4;SY 3;SZ 2;
TC -5;TD 1;TF 5;TG 0;TH 7;TJ 5;TK 13;TL 9;TM 5;TN 1;TO 13;TR 3;TT -4;TV 12;TW 8;TZ 3;UA 2;UG 3;UM -11,-10,12;US -10,-9,-8,-7,-6,-5;UY -3;UZ 5;
VA 1;VC -4;VE -4;VG -4;VI -4;VN 7;VU 11;WF 12;WS 13;XK 1;YE 3;YT 3;ZA 2;ZM 2;ZW 2`

var countryZones = func() map[string][]float64 {
	m := map[string][]float64{}
	for _, row := range strings.Split(countryTable, ";") {
		code, zones, _ := strings.Cut(strings.TrimSpace(row), " ")
		for _, z := range strings.Split(zones, ",") {
			h, err := strconv.ParseFloat(z, 64)
			if err != nil {
				panic("market: country table at " + row)
			}
			m[code] = append(m[code], h)
		}
	}
	return m
}()

// Countries are the known country codes, sorted.
var Countries = func() []string {
	var out []string
	for c := range countryZones {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}()

// KnownCountry reports whether code is an upper-case ISO 3166-1 alpha-2
// code (or XK, Kosovo, by common use).
func KnownCountry(code string) bool { _, ok := countryZones[code]; return ok }

// CountriesInZones are the countries with one of these standard-time
// offsets from UTC, in hours, sorted.
func CountriesInZones(offsets []float64) []string {
	var out []string
	for _, c := range Countries {
		if slices.ContainsFunc(countryZones[c], func(h float64) bool { return slices.Contains(offsets, h) }) {
			out = append(out, c)
		}
	}
	return out
}
