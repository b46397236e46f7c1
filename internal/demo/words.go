package demo

import (
	"github.com/kajkhoj/kajkhoj/internal/market"
)

// sections are what marketplaces call the kinds of work.
var sections = map[market.Category]string{
	"data-entry": "Data Entry", "admin": "Admin Support", "annotation": "Data Labeling", "research": "Research", "translation": "Translation",
	"writing": "Writing", "design": "Graphic Design", "video": "Video Editing", "audio": "Audio & Voice", "web": "Web Development",
	"mobile": "Mobile Development", "software": "Software Development", "data": "Data Science & Analytics", "devops": "DevOps & Cloud",
	"qa": "QA & Testing", "marketing": "Digital Marketing", "sales": "Sales", "support": "Customer Support", "teaching": "Teaching & Tutoring",
	"finance": "Accounting & Finance", "hr": "HR & Recruiting", "legal": "Legal", "product": "Product & Project Management",
	"engineering": "Engineering & CAD", "health": "Healthcare", "other": "Other",
}

var sectionsBengali = map[market.Category]string{
	"data-entry": "ডাটা এন্ট্রি", "admin": "ভার্চুয়াল অ্যাসিস্ট্যান্ট", "annotation": "ডাটা লেবেলিং", "research": "রিসার্চ", "translation": "অনুবাদ",
	"writing": "কনটেন্ট রাইটিং", "design": "গ্রাফিক ডিজাইন", "video": "ভিডিও এডিটিং", "audio": "ভয়েস ও অডিও", "web": "ওয়েব ডেভেলপমেন্ট",
	"mobile": "মোবাইল অ্যাপ", "software": "সফটওয়্যার", "data": "ডাটা অ্যানালাইসিস", "devops": "সার্ভার ও ক্লাউড", "qa": "টেস্টিং",
	"marketing": "ডিজিটাল মার্কেটিং", "sales": "সেলস", "support": "কাস্টমার সাপোর্ট", "teaching": "টিউশনি", "finance": "হিসাব",
	"hr": "নিয়োগ", "legal": "আইন", "product": "প্রজেক্ট ম্যানেজমেন্ট", "engineering": "প্রকৌশল", "health": "স্বাস্থ্য", "other": "অন্যান্য",
}

// payPhrase is the pay as a marketplace without fields writes it:
// "€8–30/hour", "$450 fixed".
func payPhrase(p pay) string {
	after := map[market.PayKind]string{
		market.PayFixed: " fixed", market.PayHourly: "/hour", market.PayMonthly: " per month", market.PayYearly: " per year",
	}
	if p.kind == "" {
		return ""
	}
	return p.words("en") + after[p.kind]
}

func payPhraseBengali(p pay) string {
	if p.kind == "" {
		return "আলোচনা সাপেক্ষে"
	}
	before := map[market.PayKind]string{
		market.PayFixed: "এককালীন ", market.PayHourly: "ঘণ্টাপ্রতি ", market.PayMonthly: "মাসিক ", market.PayYearly: "বছরে ",
	}
	if p.currency != "BDT" {
		return payPhrase(p)
	}
	return before[p.kind] + p.words("bn")
}
